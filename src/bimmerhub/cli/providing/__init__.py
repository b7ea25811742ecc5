"""What `bimmerhub provider` is made of: a service provider's owners, their public shapes, and their streams."""

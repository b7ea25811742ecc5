"""Whether each descriptor of a car arrives, how often it comes, and when the stream was listened to."""

"""The catalogue of descriptors, with the keys that BMW listed since this release."""

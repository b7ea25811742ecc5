"""Our own vendor-neutral quantities, one module a subject, and the descriptors that feed them."""

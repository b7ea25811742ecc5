"""The accounts of a data directory, their sign-ins and quotas."""

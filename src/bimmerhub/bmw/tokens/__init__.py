"""Tokens: what they are, where they are kept, how they are kept fresh, and how a sign-in ends."""

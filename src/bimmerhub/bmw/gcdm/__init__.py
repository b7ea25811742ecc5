"""GCDM, BMW's sign-in, as its families share it: which server, which scopes and what a refusal means is theirs."""

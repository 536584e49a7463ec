//! Signing in: the token endpoint, the keys and the metadata.

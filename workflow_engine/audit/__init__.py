"""Tamper evidence, pure: canonical JSON, hash chain, RFC 6962 tree and proofs, signed checkpoints, verification."""

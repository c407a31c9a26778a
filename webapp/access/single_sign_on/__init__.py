"""Signing in at an OpenID provider. authlib, which knows the protocol, is the optional extra `oidc`."""

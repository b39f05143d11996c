"""Other systems that know who somebody is: a directory (LDAP) and an identity provider (OpenID Connect)."""

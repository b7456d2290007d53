"""OpenID Connect: signing people in with MSAL, and telling whether a token is an issuer's own."""

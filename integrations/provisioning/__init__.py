"""Giving and taking access in other systems: Microsoft Graph, SCIM 2.0 and signed webhooks."""

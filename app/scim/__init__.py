"""SCIM 2.0 at /scim/v2: the directory or HR pushes people and groups; what it means is decided in `app/feed`."""

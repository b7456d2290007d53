"""Agreements as people read, propose, adopt and sign them; what they promise is computed by `sla/`."""

"""What is pushed over SCIM."""

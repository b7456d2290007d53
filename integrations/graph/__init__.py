"""Microsoft Graph, as far as Skranke asks it."""

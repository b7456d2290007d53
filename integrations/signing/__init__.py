"""Having a document signed by both parties: what is asked of whoever does it, and a folder that does it by files."""

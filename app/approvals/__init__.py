"""One question, who may answer it by which authority, exactly one outcome, and a digest of what was approved."""

"""The security log: who came in, who was refused, who read what is protected; append-only, sealed in a hash chain."""

"""«Drift»: who is let in, where they are signed in, which offices and systems there are; no content of any case."""

"""Privacy as people meet it: numbers shown to whom they are for, insight, access, redaction, correction, and the drafts."""

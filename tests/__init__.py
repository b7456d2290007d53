"""Rules of the product, each as a test whose name states it."""

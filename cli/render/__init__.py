"""Views of the engine as pages: what is said where, without how it is shown."""

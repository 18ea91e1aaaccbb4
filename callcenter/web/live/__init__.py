"""The live stream: what happens, told to whoever may know it."""

"""The commands of `casilla`, by what they are about. Heavy imports wait until a command runs."""

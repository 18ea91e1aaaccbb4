"""What follows complaints: figures, calls back drawn by chance, measures, reviews, registers, the care of customers."""

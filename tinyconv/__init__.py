"""tinyconv: a from-scratch convolution engine that carries boxes, masks and labels through every layer."""

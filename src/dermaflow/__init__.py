"""Retrains a skin-lesion classifier from dermoscopy images so that its result can be believed."""

from dermaflow.tracking.names import model_name


def test_photographs_and_generated_images_share_no_name():
    assert model_name(phantom=False) == "skin-lesion-classifier"
    assert model_name(phantom=True) == "skin-lesion-classifier-phantom"

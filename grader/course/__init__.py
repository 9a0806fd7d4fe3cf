"""What a lecturer builds of the grader: the handout, the wheel, the images, the Gradescope package; and `doctor`."""

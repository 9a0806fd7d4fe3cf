"""The comparison of exercise 4: six optimizers on one small network, trained again beside the student's numbers."""

SIX = ("Adadelta", "Adagrad", "Adam", "RMSprop", "SGD", "LBFGS")
MODULE = "exercise4"

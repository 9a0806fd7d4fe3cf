"""Training in a time box: a student's network, trained again with each optimizer of a list that the caller gives.

The student's module offers `build_network(input_shape, classes)`, `make_optimizer(name, params)` and
`train_epoch(model, optimizer, batches, loss_fn)`. The harness drives them in the student's own process and reports;
everything else here runs where no student's code does, believes nothing of that, and judges: whether each optimizer
behaves as its name says, whether the network learns with it in time, and whether stated results and claims agree with
what was measured.

    harness/           runs beside the student's code, in its process; it judges nothing
    harness_client     prepares that worker, asks it within its time
    harness_replies    reads what it says, as what it may be
    rerun              the trainings, optimizer by optimizer, as far as they are needed
    probes             does the optimizer behave as its name says?
    learning           does the network learn with it? `not_learning`: if not, why?
    statistics         what was measured, as numbers with a spread
    agreement          where do stated numbers lie beside it?
    stated_results     do a student's numbers agree with them?
    claims             and their comparisons? `unlearned`: what is known without measuring
    time_box, gpu_lock, images
"""

def nothing(value):
    return value


def to_wire(value):
    return 'passed'

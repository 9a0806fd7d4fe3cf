"""What Python 2 called them: some years' files still import these."""

basestring = str
long = int
raw_input = input
unicode = str
xrange = range

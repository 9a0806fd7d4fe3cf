"""Many submissions: taken in from whatever an LMS gave, graded by any executor, never lost halfway, told to any LMS."""

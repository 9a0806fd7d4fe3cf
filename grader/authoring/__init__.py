"""The grader's grader: what tells the author of an assignment whether its checks, texts and gallery hold."""

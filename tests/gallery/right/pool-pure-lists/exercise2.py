def maxpool2x2_backward(dY, X):
    result = []
    for dy_sample, x_sample in zip(dY.tolist(), X.tolist()):
        sample = []
        for dy, x in zip(dy_sample, x_sample):
            rows = [[0.0] * len(row) for row in x]
            for i, line in enumerate(dy):
                for j, g in enumerate(line):
                    spots = [(2 * i + a, 2 * j + b) for a in (0, 1) for b in (0, 1)]
                    r, c = max(spots, key=lambda p: x[p[0]][p[1]])
                    rows[r][c] += g
            sample.append(rows)
        result.append(sample)
    return result

# Softmax regression on Fisher's irises by stochastic gradient descent: a program that knows nothing
# of Surmise but prints one JSON object a line.
#
#   awk -f softmax.awk -v lr=0.1 -v l2=0.001 -v epochs=30 -v seed=1 iris.csv

# Park and Miller's generator: awk's own differs from program to program.
function chance() { state = (16807 * state) % 2147483647; return state / 2147483647 }

function scores(row,   k, j, largest, total) {
    largest = -1e300
    for (k = 1; k <= classes; k++) {
        out[k] = weight[k, 0]
        for (j = 1; j <= width; j++) out[k] += weight[k, j] * x[row, j]
        if (out[k] > largest) largest = out[k]
    }
    total = 0
    for (k = 1; k <= classes; k++) { out[k] = exp(out[k] - largest); total += out[k] }
    for (k = 1; k <= classes; k++) out[k] /= total
}

function accuracy(   i, k, best, right) {
    right = 0
    for (i = train + 1; i <= rows; i++) {
        scores(order[i])
        best = 1
        for (k = 2; k <= classes; k++) if (out[k] > out[best]) best = k
        right += (best == class[order[i]])
    }
    return right / (rows - train)
}

BEGIN { FS = "," }

FNR > 1 {
    rows++
    width = NF - 1
    for (j = 1; j <= width; j++) x[rows, j] = $j
    if (!($NF in number)) number[$NF] = ++classes
    class[rows] = number[$NF]
}

END {
    # The split is one for all trials, so that they can be compared; the order of the steps is not.
    state = 2026
    for (i = 1; i <= rows; i++) order[i] = i
    for (i = rows; i > 1; i--) {
        j = 1 + int(chance() * i)
        keep = order[i]; order[i] = order[j]; order[j] = keep
    }
    train = int(rows * 2 / 3)
    for (j = 1; j <= width; j++) {
        mean = square = 0
        for (i = 1; i <= train; i++) mean += x[order[i], j] / train
        for (i = 1; i <= train; i++) square += (x[order[i], j] - mean) ^ 2 / train
        for (i = 1; i <= rows; i++) x[i, j] = (x[i, j] - mean) / sqrt(square)
    }
    state = 1 + seed % 2147483646
    for (epoch = 1; epoch <= epochs; epoch++) {
        for (n = 1; n <= train; n++) {
            row = order[1 + int(chance() * train)]
            scores(row)
            for (k = 1; k <= classes; k++) {
                slope = out[k] - (k == class[row])
                weight[k, 0] -= lr * slope
                for (j = 1; j <= width; j++)
                    weight[k, j] -= lr * (slope * x[row, j] + l2 * weight[k, j])
            }
        }
        printf "{\"step\": %d, \"accuracy\": %.6f}\n", epoch, accuracy()
    }
    printf "{\"metric\": %.6f}\n", accuracy()
}

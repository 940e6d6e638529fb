"""The paragraphs of the report that no result changes."""

from reproduction.gradient_checks import FACTOR, ROUNDING
from reproduction.scoreboard import NEAR


def _one_line(text: str) -> str:
    return " ".join(text.split())


LEAD = _one_line("""
    Five student reports, R0 to R4, trained fully connected networks on CIFAR-10 with gradients written by hand. This report trains
    every network of theirs again with this package and compares the results.
""")

ASKED = _one_line("""
    Three questions were asked. Do the published accuracies come out again, with several seeds and the settings as the reports state
    them? Do the reports' conclusions hold as statistical claims? And where a report does not come out, which setting that it leaves
    open, or which mistake, gives what it published?
""")

CRITERION = _one_line("""
    A report is one run; ours are several, and the prediction interval is where one further run of ours would lie with 95 % probability.
    A reading answers all that a report leaves open, for all of its accuracies at once. The supported reading of a report is the one
    under which most of its accuracies hold; of equals, the one with the fewest departures from the report. {tried} readings were tried
    for the five reports.
""")

PICTURES = _one_line(f"""
    First and second: each published accuracy against the mean of ours; in gray {NEAR:g} percentage points around what was published.
    Third: nine layers with batch norm from initial weights of standard deviation 0.0001, the network of R0's log. With a backward pass
    that takes mean and variance from the moving average, a mistake, our cost climbs as R0's does, and then falls as weight decay makes
    the penalty fall. With batch norm as defined the cost does not climb.
""")

READINGS = _one_line(f"""
    A reading answers each question about a report once, for all of its published accuracies. An accuracy holds when our mean lies
    within {NEAR:g} percentage points of it, or when it lies in the prediction interval for one further run. The supported reading is
    the one under which most accuracies hold; of equals the one with the fewest departures from the report as stated, then the one with
    the smallest mean absolute difference. An accuracy that no run of an answer is for keeps its run as stated. Every combination counts
    as tried: the more readings are tried, the more accuracies one of them meets by luck.
""")

PLANTED = _one_line("""
    R0 checks a network of hidden layers [50, 50, 30] with three images of ten values, at one batch and without L2 regularization. These
    rows repeat its check with each mistake that changes the network, at a first and at a second batch, with the largest norm-relative
    difference over the seeds. A backward pass with stale statistics passes at the first batch, where the moving average equals the
    batch's statistics, and fails at the second. A missing factor of 2 shows only where the check has L2 regularization. Mistakes in the
    data, the order of the images or the optimizer change no gradient, and no gradient check can see them.
""")

JPEG = "8114b53f71e93406d9c351b7518c83f0087749f23af28161c82caf942fcddf95"
"""SHA-256 of the archive that REBUILT speaks of."""

REBUILT = _one_line("""
    The JPEG rebuild: all images of the official archive in its order, with its labels and split, but compressed as JPEG. Its accuracies
    are comparable with those of the official images, not the same.
""")

USUAL = _one_line(f"""
    The usual settings are batches of 100, a learning rate from 1e-5 to 0.1 and back in 2 cycles of 10 epochs (9,000 updates), lambda
    0.005, He's initial weights, batch norm before the activation with alpha 0.9, plain gradient descent, 45,000/5,000/10,000 images,
    hidden layers [50, 50]. Each table sets what was published beside the mean of our seeds, their standard deviation and the mean's 95
    % interval. A row is within when the difference is at most {NEAR:g} percentage points.
""")

OUTSIDE = _one_line("""
    A report's accuracy is one run. The prediction interval holds one further run of ours with 95 % probability: the mean, less and more
    Student's t times the standard deviation times the root of 1 + 1/n. Where the reason is chance between seeds, the published accuracy
    has to lie in it. The last column leads to the reason.
""")

CLAIMS = _one_line(f"""
    A claim is read as a region in which a mean over the seeds has to lie. It is reproduced when the whole 95 % interval of that mean
    (Student's t) lies in the region, contradicted when none of it does, and inconclusive when the seeds leave it open; of several parts
    all have to hold. It is explained by a fault when it is not reproduced as stated, but by runs with a planted mistake, by the same
    test. Differences are paired by seed: the two runs saw the same batches. t and p are of the one-sided test against the region's
    nearer end; for a region with two ends that makes a test of equivalence by two one-sided tests. Where a report gives no number, a
    difference counts from {NEAR:g} percentage points, the tolerance of the scoreboard. With so many claims at 95 %, one or two verdicts
    may be luck.
""")

GRADIENTS = _one_line(f"""
    Published differences between the analytic gradient and a central difference, beside ours: the median over the seeds, in float64, at
    the report's step. As tight: our plain difference, taken as the report takes it, is at most the published one. Both rounding: as
    absolute differences both are below {ROUNDING:g}, and ours is within a factor of {FACTOR}. As tight without truncation: the plain
    difference is larger, but not what is left of it once the quotient is extrapolated to h = 0. So it is the central difference's own
    error, which grows with h squared, and as the deviation that batch norm divides by gets small. Zero: the bias before batch norm,
    whose gradient is zero by theory; the analytic and the numerical gradient are asserted to be zero to rounding, whatever the report
    has there.
""")

MEASURES = _one_line("""
    R0 and R2 print mean absolute differences; R3 mean, standard deviation and largest difference. R1 prints relative errors without
    their formula: ours are the norm of the difference over the norm of the gradient. R4 prints an error without saying which. For the
    bias before batch norm, whose gradient is zero, a relative error would be about 1, and R4 has 0.005 to 0.01: so it is an absolute
    one, and ours is the largest absolute difference, the strictest reading. That R4's bias is off by 0.005 where theory says zero, and
    the weights in front of batch norm with it, suggests that its gradient through batch norm was not right.
""")

LOG = _one_line("""
    R0's log beside ours, of the first seed. `smooth_cost` is the mean of the training costs recorded so far. R0 counts its last update
    from 0.
""")

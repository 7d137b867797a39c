"""Directions in W that may change one answer of a judge, found from faces drawn at random; to be tried on others.

The regression of the answers on w points where they differ most for each step. W is far wider along some axes than
along others, though, and the narrow ones sort faces well and change none. From the mean of all faces to the mean of
those that answer "yes" is a way where faces are, but it takes along whatever comes with it. Beside both stand the v
that maximise b·v − ½ vᵀC⁻¹v − ½ λ Σ (bₒ·v)², with the covariance C of w and the slopes b of the own answer and bₒ of
all others: much of the own, by a likely step that leaves the others alone.
"""

import numpy as np

from stylegan_core.latents.judge import Scores
from stylegan_core.w_samples import Floats

MOST = 6.0  # log-odds; beyond it an answer is as sure as it gets
RIDGE = 0.05  # of the variance of w, added to its covariance: keeps the regression from reading noise
RIDGES = (1.0, 10.0)  # the same, for ways of their own: the larger, the likelier the step
HOLDS = (0.0, 1.0, 10.0, 100.0)  # λ; 0 leads to the mean of those that answer "yes"


def candidate_directions(ws: Floats, scores: Scores) -> Floats:
    """Unit vectors [len(RIDGES) + len(HOLDS), questions, w_dim] towards "yes", for each of the questions.

    ``ws`` [N, w_dim] are of as many faces, ``scores`` [N, questions] the log-odds of their answers.
    """
    centred = ws.astype(np.float64) - ws.mean(axis=0)
    answers = np.clip(scores, -MOST, MOST)
    answers = (answers - answers.mean(axis=0)) / np.maximum(answers.std(axis=0), 1e-6)
    covariance = centred.T @ centred / len(centred)
    common = centred.T @ answers / len(centred)
    slopes = _slopes(covariance, common, RIDGE)
    found = [_slopes(covariance, common, ridge) for ridge in RIDGES]
    found += [_held(covariance, slopes, hold) for hold in HOLDS]
    vectors = np.stack(found).transpose(0, 2, 1)
    lengths = np.linalg.norm(vectors, axis=2, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def _slopes(covariance: Scores, common: Scores, ridge: float) -> Scores:
    """Ridge regression [w_dim, questions] from the covariances of w, with itself and with the answers."""
    size = len(covariance)
    added = ridge * np.trace(covariance) / size * np.eye(size)
    return np.asarray(np.linalg.solve(covariance + added, common))


def _held(covariance: Scores, slopes: Scores, hold: float) -> Scores:
    """(C⁻¹ + λ Σ bₒbₒᵀ)⁻¹ b for every question [w_dim, questions], by Woodbury's identity."""
    likely = covariance @ slopes
    if not hold:
        return likely
    between, columns = slopes.T @ likely, []
    for own in range(slopes.shape[1]):
        others = np.arange(slopes.shape[1]) != own
        inner = between[np.ix_(others, others)] + np.eye(int(others.sum())) / hold
        columns.append(likely[:, own] - likely[:, others] @ np.linalg.solve(inner, between[others, own]))
    return np.stack(columns, axis=1)

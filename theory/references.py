"""Where ideas come from; the keys are those of docs/references.bib."""

from __future__ import annotations

REFERENCES = {
    "superposition2026": (
        "Z. J. Chen, H. Chen, Y. Liu, J. Gore. Superposition unifies power-law training dynamics. "
        "arXiv:2602.01045, 2026."
    ),
    "bordelon2024": (
        "B. Bordelon, A. Atanasov, C. Pehlevan. A dynamical model of neural scaling laws. "
        "arXiv:2402.01092, 2024."
    ),
    "spectral2026": (
        "G. Ivanov, N. Oozeer, S. Raval, T. Pejovic, S. Upadhyay, A. Abdullah. Spectral "
        "superposition: a theory of feature geometry. arXiv:2602.02224, 2026."
    ),
    "marchenkopastur1967": (
        "V. A. Marchenko, L. A. Pastur. Distribution of eigenvalues for some sets of random "
        "matrices. Mathematics of the USSR-Sbornik 1, 457-483, 1967."
    ),
}

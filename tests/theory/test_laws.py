import pytest

from superlaw.theory.derivations import derive, find_step


@pytest.mark.parametrize(("a", "b"), [(1.2, 0.3), (2.5, 1.0)])
def test_tie_of_laws(a, b):
    import sympy as sp

    from superlaw.theory import symbols
    from superlaw.theory.laws import coactive, sequential, sgd, two_layer

    point = {symbols.a: a, symbols.b: b}
    assert sequential.sequential_exponent(a, b) == pytest.approx(
        float(find_step("S14").rhs.subs(point))
    )
    assert two_layer.two_layer_exponent(a, b) == pytest.approx(
        float(find_step("T6").rhs.subs(point))
    )
    assert coactive.leak_exponent(a) == pytest.approx(float(find_step("M10").rhs.subs(point)))
    assert sgd.noise_exponent(a) == pytest.approx(float(find_step("N7").rhs.subs(point)))
    law = find_step("S13").rhs.subs({**point, symbols.lam_1: 0.4, symbols.t: 7.0})
    numeric = sequential.sequential_prefactor(a, b, 0.4) * 7.0 ** -sequential.sequential_exponent(
        a, b
    )
    assert numeric == pytest.approx(float(sp.N(law)), rel=1e-12)


def test_two_routes_give_one_exponent():
    derivation = derive("sequential")
    assert derivation["S14"].rhs == derivation["S17"].rhs
    assert set(derivation["S17"].follows) == {"S14", "S16"}

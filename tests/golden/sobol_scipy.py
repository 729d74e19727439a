"""Writes sobol_scipy.json beside this file, and core/src/sample/sobol/new-joe-kuo-6.1024.txt.

Run with scipy installed (made with 1.17.1):  python tests/golden/sobol_scipy.py

The table is that of scipy, which carries Joe and Kuo's `new-joe-kuo-6.21201` unchanged, cut to the
first 1024 dimensions and written in the authors' own format and with their licence notice.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.stats import qmc

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parent.parent / "core/src/sample/sobol/new-joe-kuo-6.1024.txt"
DIMS = 1024

NOTICE = """\
Direction numbers of a Sobol' sequence: the first 1024 dimensions of new-joe-kuo-6.21201,
https://web.maths.unsw.edu.au/~fkuo/sobol/
S. Joe and F. Y. Kuo, Constructing Sobol' sequences with better two-dimensional projections,
SIAM J. Sci. Comput. 30, 2635-2654 (2008).

Copyright (c) 2008, Frances Y. Kuo and Stephen Joe
All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:

  * Redistributions of source code must retain the above copyright notice, this list of conditions
    and the following disclaimer.
  * Redistributions in binary form must reproduce the above copyright notice, this list of
    conditions and the following disclaimer in the documentation and/or other materials provided
    with the distribution.
  * Neither the names of the copyright holders nor the names of the University of New South Wales
    and the University of Waikato and its contributors may be used to endorse or promote products
    derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A
PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDERS BE LIABLE FOR ANY DIRECT,
INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO,
PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS
INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN
IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

Columns: dimension, degree s of the primitive polynomial, its inner coefficients a as bits, and the
initial numbers m_1 .. m_s. Dimension 1 is the van der Corput sequence and has no line.
"""


def write_table():
    numbers = np.load(
        pathlib.Path(scipy.__file__).parent / "stats/_sobol_direction_numbers.npz"
    )
    lines = [("# " + line).rstrip() for line in NOTICE.splitlines()]
    for dim in range(2, DIMS + 1):
        polynomial = int(numbers["poly"][dim - 1])
        degree = polynomial.bit_length() - 1
        inner = (polynomial >> 1) & ((1 << (degree - 1)) - 1)
        initial = numbers["vinit"][dim - 1][:degree].tolist()
        assert polynomial & 1 and all(m > 0 for m in initial)
        lines.append(" ".join(map(str, [dim, degree, inner, *initial])))
    TABLE.write_text("\n".join(lines) + "\n")


def write_golden():
    points = qmc.Sobol(d=DIMS, scramble=False).random(1024)
    golden = {
        "provenance": f"scipy {scipy.__version__}, scipy.stats.qmc.Sobol(scramble=False), "
        "written by tests/golden/sobol_scipy.py",
        "first_32_points_in_dims_1_to_8": points[:32, :8].tolist(),
        "far": [
            {"dim": dim, "index": index, "value": float(points[index, dim - 1])}
            for dim in (9, 100, 1000, 1024)
            for index in (1, 2, 3, 77, 500, 1023)
        ],
    }
    (HERE / "sobol_scipy.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    write_table()
    write_golden()

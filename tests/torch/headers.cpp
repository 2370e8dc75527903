// LibTorch's headers, precompiled once for the tests here and for the trainers of examples/.

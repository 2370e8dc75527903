// expect: mixaug: errors are exceptions; compile the units that include it with -fexceptions, and catch there
#undef __EXCEPTIONS  // as -fno-exceptions leaves it
#include <mixaug/mixaug.hpp>

int main() {}

// The demo that runs on the board itself, whatever its tree says.
#include "platform.h"

const struct platform *platform_choose(void) { return &native_platform; }

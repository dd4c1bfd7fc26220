// latchkey: the administrator's command.
#include "latchkey/admin/command.h"

int main(int argc, char** argv) { return latchkey::admin::run(argc, argv); }

#include "reports/html/template.h"

// By the assembler: a compiler takes long over half a megabyte of string literal.
__asm__(
    ".pushsection .rodata\n"
    "tearproof_html_template:\n"
    ".incbin \"" TEARPROOF_HTML_TEMPLATE
    "\"\n"
    "tearproof_html_template_end:\n"
    ".popsection\n");

extern "C" const char tearproof_html_template[];
extern "C" const char tearproof_html_template_end[];

namespace tearproof::reports::html {

std::string_view Template() {
  return {tearproof_html_template,
          static_cast<size_t>(tearproof_html_template_end - tearproof_html_template)};
}

}  // namespace tearproof::reports::html

#include "harness/tidy/function_length.h"

#include <gtest/gtest.h>

namespace tearproof::tidy {
namespace {

std::vector<size_t> LengthsOf(std::string_view source) {
  std::vector<size_t> lengths;
  for (const FunctionSpan& function : FindFunctions(source)) lengths.push_back(function.lines);
  return lengths;
}

std::string Lines(size_t count) {
  std::string lines;
  for (size_t i = 0; i < count; ++i) lines += "  Call();\n";
  return lines;
}

TEST(FunctionLengthTest, FindsAPlantedLongFunction) {
  const auto functions = FindFunctions(
      "int Short() { return 1; }\n\nvoid Long(int a,\n   int b) {\n" + Lines(100) + "}\n");
  ASSERT_EQ(functions.size(), 2u);
  EXPECT_EQ(functions[1].head, "void Long(int a, int b) ");
  EXPECT_EQ(functions[1].line, 3u);
  EXPECT_EQ(functions[1].lines, 103u);
}

TEST(FunctionLengthTest, LooksIntoNamespacesAndClasses) {
  EXPECT_EQ(LengthsOf("namespace a::b {\nnamespace {\nclass C : public D {\n public:\n  C() {\n" +
                      Lines(9) + "  }\n  int x_ = 3;\n};\n}\nvoid F() {}\n}\n"),
            (std::vector<size_t>{11, 1}));
  EXPECT_EQ(LengthsOf("extern \"C\" {\nvoid F() {\n}\n}\n"), std::vector<size_t>{2});
}

TEST(FunctionLengthTest, CountsNestedBlocksAndLambdasToTheirFunction) {
  EXPECT_EQ(LengthsOf("void F() {\n  if (a) {\n    g([] {\n    });\n  }\n}\n"),
            std::vector<size_t>{6});
}

TEST(FunctionLengthTest, UnderstandsMemberInitialisersWithBraces) {
  const auto functions =
      FindFunctions("C::C(int a)\n    : a_{a},\n      b_{1} {\n" + Lines(80) + "}\n");
  ASSERT_EQ(functions.size(), 1u);
  EXPECT_EQ(functions[0].lines, 84u);
}

TEST(FunctionLengthTest, CountsTests) {
  EXPECT_EQ(LengthsOf("TEST(A, B) {\n" + Lines(71) + "}\n"), std::vector<size_t>{73});
}

TEST(FunctionLengthTest, TablesAndTypesAreNoFunctions) {
  EXPECT_TRUE(
      LengthsOf("constexpr int kTable[] = {\n1,\n2};\nenum class E : int { kA };\n").empty());
  EXPECT_TRUE(LengthsOf("const Row kRows[] = {{F(1), {2}}, {F(3), {4}}};\n").empty());
  EXPECT_TRUE(LengthsOf("struct alignas(64) S {\n  int a{1};\n};\n").empty());
  EXPECT_TRUE(LengthsOf("#define M(x) \\\n  do { \\\n  } while (0)\nint a;\n").empty());
}

TEST(FunctionLengthTest, IgnoresBracesInCommentsAndLiterals) {
  EXPECT_EQ(LengthsOf("void F() {\n  // }\n  /* } */\n  a = \"}\\\"}\";\n  b = '}';\n"
                      "  c = R\"x(})\" })x\";\n  d = 1'000'000;\n}\nvoid G() {\n}\n"),
            (std::vector<size_t>{8, 2}));
}

TEST(FunctionLengthTest, SurvivesUnbalancedSources) {
  for (const char* source :
       {"", "}", "}}}{", "void F() {", "\"", "'", "/*", "R\"", "R\"x(", "#", "\\"}) {
    FindFunctions(source);
    EXPECT_EQ(BlankNonCode(source).size(), std::string_view(source).size());
  }
}

}  // namespace
}  // namespace tearproof::tidy

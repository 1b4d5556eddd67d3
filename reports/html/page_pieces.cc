#include "reports/html/page_pieces.h"

#include <fmt/format.h>

namespace tearproof::reports::html {

std::vector<std::pair<std::string, Json>> TakeApart(Json data) {
  std::vector<std::pair<std::string, Json>> pieces;
  const auto add = [&](std::string_view name, size_t index, Json piece) {
    pieces.emplace_back(fmt::format("{}-{}", name, index), std::move(piece));
  };
  for (size_t i = 0; i < data["breaks"].size(); ++i) {
    Json& each = data["breaks"][i];
    Json head;
    for (const char* field : {"anchor", "class", "title", "amount"}) head[field] = each[field];
    add("break", i, std::exchange(each, std::move(head)));
  }
  for (size_t i = 0; i < data["verdicts"].size(); ++i) {
    Json& each = data["verdicts"][i];
    Json head = {{"name", each["name"]}, {"anchors", Json::array()}};
    for (const Json& promise : each["promises"]) head["anchors"].push_back(promise["anchor"]);
    add("verdicts", i, std::move(each["promises"]));
    each = std::move(head);
  }
  for (size_t i = 0; i < data["cells"].size(); ++i) {
    Json& each = data["cells"][i];
    each["index"] = i;
    each["measured"] = !each["speeds"].empty();
    Json numbers;
    for (const char* field : {"scope", "rerun", "speeds", "timeline"}) {
      numbers[field] = std::move(each[field]);
      each.erase(field);
    }
    add("cell", i, std::move(numbers));
  }
  pieces.emplace_back("data", std::move(data));
  return pieces;
}

}  // namespace tearproof::reports::html

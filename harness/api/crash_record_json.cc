#include "harness/api/crash_record_json.h"

#include "harness/api/exploration_record_json.h"

namespace tearproof {
namespace {

Json WriteStory(const CrashStory& story) {
  Json json;
  json["promise"] = PromiseName(story.promise);
  json["steps"] = Json::array();
  for (const ExploredStep& step : story.steps) json["steps"].push_back(WriteStep(step));
  json["on_disk"] = story.on_disk;
  json["missing"] = story.missing;
  json["read"] = story.read;
  json["remedy"] = story.remedy;
  json["schedule"] = story.schedule;
  json["replay"] = story.replay;
  return json;
}

CrashStory ReadStory(JsonReader reader) {
  CrashStory story;
  reader.ReadEnum("promise", kPromiseCount, PromiseName, story.promise);
  reader.Each("steps", false, [&](JsonReader each, const std::string&) {
    story.steps.push_back(ReadStep(std::move(each)));
  });
  reader.ReadStrings("on_disk", story.on_disk);
  reader.ReadStrings("missing", story.missing);
  reader.ReadStrings("read", story.read);
  reader.ReadStrings("remedy", story.remedy);
  reader.Read("schedule", story.schedule);
  reader.Read("replay", story.replay);
  return story;
}

}  // namespace

Json WriteCrash(const CrashRecord& crashed) {
  Json json;
  json["model"] = crashed.model;
  json["model_title"] = crashed.model_title;
  json["lanes"] = crashed.lanes;
  json["runs"] = crashed.runs;
  json["points"] = crashed.points;
  json["candidates"] = crashed.candidates;
  json["states"] = crashed.states;
  json["judged"] = crashed.judged;
  json["losses"] = crashed.losses;
  json["exhausted"] = crashed.exhausted;
  json["bound"] = crashed.bound;
  json["unseen"] = crashed.unseen;
  json["stories"] = Json::array();
  for (const CrashStory& story : crashed.stories) json["stories"].push_back(WriteStory(story));
  return json;
}

CrashRecord ReadCrash(JsonReader reader) {
  CrashRecord crashed;
  reader.Read("model", crashed.model);
  reader.Read("model_title", crashed.model_title);
  reader.ReadStrings("lanes", crashed.lanes);
  reader.Read("runs", crashed.runs);
  reader.Read("points", crashed.points);
  reader.Read("candidates", crashed.candidates);
  reader.Read("states", crashed.states);
  reader.Read("judged", crashed.judged);
  reader.Read("losses", crashed.losses);
  reader.Read("exhausted", crashed.exhausted);
  reader.Read("bound", crashed.bound);
  reader.Read("unseen", crashed.unseen);
  reader.Each("stories", false, [&](JsonReader each, const std::string&) {
    crashed.stories.push_back(ReadStory(std::move(each)));
  });
  return crashed;
}

}  // namespace tearproof

# Rails' ActiveSupport::Cache::FileStore behind tearproof's adapter protocol (docs/adapters.md).
require "json"

ANSWERS = $stdout.dup
ANSWERS.sync = true
$stdout.reopen($stderr) # What is printed by others is no answer.

# Before the first request: what is loaded late would be traced as part of an operation.
path = ARGV.fetch(0, "")
$LOAD_PATH.unshift(File.expand_path(path)) unless path.empty?
require "active_support"
require "active_support/cache"

def init(request)
  collect(4 << 20)
  srand(request["seed"]) # Of the names of temporary files.
  $cache = ActiveSupport::Cache::FileStore.new(request["dir"])
  source = $cache.method(:clear).super_method || $cache.method(:clear)
  { name: "ActiveSupport", version: ActiveSupport.gem_version.to_s,
    source: source.source_location[0], runtime: "Ruby #{RUBY_VERSION}" }
end

def lifetime(request)
  request.key?("ttl") ? { expires_in: request["ttl"] } : {}
end

def get(request)
  value = $cache.read(request["key"])
  value.nil? ? { result: "miss" } : { result: "hit", value: value.to_s }
end

def has(request)
  { result: $cache.exist?(request["key"]) ? "hit" : "miss" }
end

def set(request)
  stored = $cache.write(request["key"], request["value"], **lifetime(request))
  raise "write returned #{stored.inspect}" unless stored
  { result: "done" }
end

def add(request)
  won = $cache.write(request["key"], request["value"], unless_exist: true, **lifetime(request))
  { result: won ? "done" : "refused" }
end

def incr(request)
  value = $cache.increment(request["key"], request["delta"])
  value.nil? ? { result: "refused" } : { result: "done", value: value.to_s }
end

def delete(request)
  { result: $cache.delete(request["key"]) ? "done" : "refused" }
end

def clear(_request)
  $cache.clear
  { result: "done" }
end

def cull(_request)
  $cache.cleanup
  { result: "done" }
end

# Collecting garbage deletes files: the names of temporary ones that were renamed long ago. So that
# this does not happen at any odd time within an operation, it happens between them.
GC.disable
$garbage = 0

def collect(most)
  return if $garbage < most
  GC.start
  $garbage = 0
end

OPERATIONS = %w[init get has set add incr delete clear cull].freeze
$stdin.each_line do |line|
  request = JSON.parse(line)
  answer = { id: request["id"] }
  begin
    known = OPERATIONS.include?(request["op"])
    answer.merge!(known ? send(request["op"], request) : { unsupported: true }, ok: true)
  rescue StandardError => error
    answer.merge!(ok: false, error: "#{error.class}: #{error.message}".scrub)
  end
  text = JSON.generate(answer)
  ANSWERS.puts(text)
  $garbage += line.bytesize + text.bytesize
  collect(16 << 20)
end

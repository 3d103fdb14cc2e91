using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dispatch.Server.Tests.Support;

/// <summary>Everything a node logs: message, state, scopes and exception, as a formatter would write them.</summary>
internal sealed class LinesLogged : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> lines = [];
    private IExternalScopeProvider scopes = new LoggerExternalScopeProvider();

    public IReadOnlyList<string> All => [.. lines];

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LinesLogged owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => owner.scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var words = new List<string> { logLevel.ToString(), category, formatter(state, exception) };
            Add(words, state);
            owner.scopes.ForEachScope((scope, into) => Add(into, scope), words);
            words.Add(exception?.ToString() ?? "");
            owner.lines.Enqueue(string.Join(' ', words));
        }

        private static void Add(List<string> words, object? state)
        {
            if (state is IEnumerable<KeyValuePair<string, object?>> pairs)
            {
                words.AddRange(pairs.Select(pair => $"{pair.Key}={pair.Value}"));
            }
            else
            {
                words.Add($"{state}");
            }
        }
    }
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace Dispatch.Drills;

/// <summary>The command line is wrong, or the world is not as the command needs it. The message is for the person who typed it.</summary>
internal sealed class CommandException(string message) : Exception(message);

/// <summary>Options of the form <c>--name value</c>. What nobody asked for is refused: a misspelt option must not be ignored.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> given = [];

    public Options(IReadOnlyList<string> words, params string[] known)
    {
        for (var at = 0; at < words.Count; at += 2)
        {
            if (!known.Contains(words[at]))
            {
                throw new CommandException($"Unknown option {words[at]}. Known here: {string.Join(' ', known)}");
            }

            if (at + 1 == words.Count)
            {
                throw new CommandException($"{words[at]} wants a value.");
            }

            given[words[at]] = words[at + 1];
        }
    }

    public string Text(string name, string otherwise) => given.GetValueOrDefault(name, otherwise);

    public int Whole(string name, int otherwise) => (int)Number(name, otherwise);

    public double Number(string name, double otherwise)
    {
        if (!given.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0
            ? number
            : throw new CommandException($"{name} wants a number, not \"{text}\".");
    }
}

/// <summary>Ctrl-C and the termination signal as one token.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations;

    public StopSignal()
    {
        registrations = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            source.Cancel();
        })).ToList();
    }

    public CancellationToken Requested => source.Token;

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        source.Dispose();
    }
}

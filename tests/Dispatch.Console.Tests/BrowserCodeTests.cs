using System.Diagnostics;
using Dispatch.Console.Tests.Support;

namespace Dispatch.Console.Tests;

/// <summary>The unit tests of the TypeScript run with the others, so that one command tests everything.</summary>
public sealed class BrowserCodeTests
{
    [Fact]
    public async Task The_browser_code_passes_its_own_tests()
    {
        var start = new ProcessStartInfo("npx", "--no-install vitest run --reporter=default")
        {
            WorkingDirectory = Path.Combine(Repository.Root, "src", "Dispatch.Console"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NO_COLOR"] = "1", ["CI"] = "1" },
        };
        using var vitest = Process.Start(start)!;
        var said = vitest.StandardOutput.ReadToEndAsync();
        var complained = vitest.StandardError.ReadToEndAsync();
        await vitest.WaitForExitAsync();
        Assert.True(vitest.ExitCode == 0, await said + await complained);
    }
}

using System.Text.Json;
using Microsoft.Playwright;

namespace Dispatch.Console.Tests.Support;

/// <summary>Asks axe what a person with other eyes or hands would stumble over. Contrast is judged at 7:1 for the phone in the sun, at 4.5:1 for the console.</summary>
internal static class Accessibility
{
    public static async Task HasNoSeriousFaultAsync(IPage page, string where, bool enhancedContrast = true)
    {
        await page.EvaluateAsync(Repository.AxeScript);
        var faults = await page.EvaluateAsync<JsonElement>("""
            async (enhanced) => (await axe.run(document, {
              runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
              rules: { 'color-contrast-enhanced': { enabled: enhanced } },
            })).violations
              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
              .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => html + ' :: ' + failureSummary) }))
            """, enhancedContrast);
        Assert.True(faults.GetArrayLength() == 0, $"{where}: {faults}");
    }
}

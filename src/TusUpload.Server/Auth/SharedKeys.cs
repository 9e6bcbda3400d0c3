using System.Xml.Linq;

using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

using TusUpload.Data.Secrets;

namespace TusUpload.Server.Auth;

/// <summary>Keys of cookies and forms lie in the database: every node has them, and they survive a restart.</summary>
internal sealed class SharedKeys(ProtectionKeys keys) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options) => options.XmlRepository = new Repository(keys);

    private sealed class Repository(ProtectionKeys keys) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() => [.. keys.All().Select(text => XElement.Parse(text))];

        public void StoreElement(XElement element, string friendlyName) => keys.Add(friendlyName, element.ToString());
    }
}
